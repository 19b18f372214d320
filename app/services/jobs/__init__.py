"""Commands that outlive the connection, the program and the lid of the laptop.

`scripts` is what runs on the host, `client` one short call for each verb, `following` how a job is
begun, followed, cancelled and found again, `leftovers` what lies on a host. A job begins at most
once: the host itself keeps a latch, a folder that can be made only once. What it has put out is
fetched by offset, and the offset is the length of what is kept already, so that nothing is lost
and nothing comes twice.
"""

"""Read files of load-test tools into batches of samples: bytes in, arrays out.

`reading.read` recognises the file and hands its samples on in batches, so that a file of any size
needs no more memory than one batch. What cannot be read is counted, with its line and a reason.
"""

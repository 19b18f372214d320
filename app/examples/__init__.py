"""The example changes: three complete ones, some smaller ones, and one to play.

All of it is made up and says so. It is played through the same services as real changes, with a
clock that is set, on hosts that are made up (`app.scripted`); every verdict, state and close code
is what those services find in it.
"""

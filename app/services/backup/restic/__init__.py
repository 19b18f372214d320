"""restic, driven on a host: it takes a snapshot, reads it again, restores it into a scratch place.

`scripts` is what runs there, `answers` reads what it says, `driving` does the three deeds and
keeps each as a reference with its evidence; `way_back` is how people put it back. Nothing of a
repository is ever removed or unlocked.
"""

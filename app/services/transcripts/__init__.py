"""Reading what steps have put out, of any size: by rows, from anywhere, in bounded memory.

`walking` goes through the pieces of a transcript, `opened` holds one for a screen: where its rows
begin (sparsely, found in the background), its rows by number, and where a text is found.
"""

"""The guards of the process, one file per stage: each says what is still missing, or nothing.

A file ends with the guards of its moves as tuples, which `app.services.change.process` puts into
the table. Words are marked with `later`; whoever shows them translates.
"""

"""Hold every question to the rules: keys proved from the fields, nothing that gives them away.

``run.audit`` asks every card of a catalogue with several seeds, proves each key from the
fields with code of its own, checks what makes a question fair, and sets test-wise
guessers at it. docs/audit.md says how to read what comes out. Nothing is imported here,
so that a kind of question may bring its proof in its own file.
"""

"""Questions and progress in other programs' formats."""

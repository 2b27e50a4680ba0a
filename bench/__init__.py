"""Benchmarks: ``make bench``. Figures are for this machine, now; ratios are what to compare."""

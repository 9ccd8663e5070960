"""The measurements of `make bench`: every figure a ratio to a reference of the same run."""

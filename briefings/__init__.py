"""One frozen set of numbers, as Word, slides and ledger that agree to the last digit."""

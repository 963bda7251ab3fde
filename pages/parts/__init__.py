"""What the pages share: the live data, the filter bar, and showing numbers."""

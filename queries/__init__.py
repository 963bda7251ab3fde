"""Every number: the metric registry, measuring, and the lists behind the numbers. Knows no screen."""

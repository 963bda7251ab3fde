"""What a person sees: each page asks queries/ and composes views/."""

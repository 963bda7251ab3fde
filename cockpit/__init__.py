"""What pages and walls share: the data at one reading, what is asked of it, and its numbers as screens display them."""

"""What became of processes afterwards: labels, what each score is worth against them, and weights learnt from them."""

"""The proving ground: schemes planted in given records beside clean look-alikes, and what the pipeline finds of them.

`ground`, `background`, `plot` and `schemes` plant; they know nothing of the indicators, models and scores that are proved.
"""

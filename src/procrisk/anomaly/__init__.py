"""How unusual a process is among comparable ones, in the directions that mean risk. A signal to look, never a finding."""

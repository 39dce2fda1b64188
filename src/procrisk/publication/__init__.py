"""From finished frames to a published version: deterministic files, masking, atomic swap, history, verification."""

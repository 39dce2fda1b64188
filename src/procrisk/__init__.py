"""procrisk: integrity-risk signals in the public procurement of Peru's regions. Signals, never accusations."""

"""Whether bidders compete: what prices say of a tender, and what bidders do together. A signal to look, never a finding."""

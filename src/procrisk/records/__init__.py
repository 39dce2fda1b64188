"""What a record is, and how it gets in: readers, canonical tables, quarantine, lake, assembly."""

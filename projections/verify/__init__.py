"""Verification: what stands in the read models, held against history itself."""

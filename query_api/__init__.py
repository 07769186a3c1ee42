"""The read side: serves what the projections hold. It writes nothing, nowhere."""

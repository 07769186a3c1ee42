"""What is true: events, the decisions that make them, and the feed rule. No input or output."""

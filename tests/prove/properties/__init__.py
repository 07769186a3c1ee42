"""What has to be true: each property is a function that compares, and returns how much it compared.

It raises AssertionError where something is not as it says.
"""

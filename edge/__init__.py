"""The HTTP edge that both halves share: who calls, what is refused and how, health and figures.

A package of its own because the two halves may not import each other. Knows neither.
"""

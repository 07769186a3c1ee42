"""A pytest plugin for runs on mutants: hypothesis ends with the first failure that it finds.

One failure kills; to shrink it to a small one would take most of the time. Nothing is kept, so
that no run depends on the one before it.
"""

from hypothesis import Phase, settings

settings.register_profile("mutants", database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")

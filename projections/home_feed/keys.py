"""The home feed's name and the keys of one shard (each behind the shard's tag).

    f:<person>   LIST  the feed's window: post numbers, newest first
    fh           HASH  person -> horizon of that feed
    w:<author>   LIST  the author's own newest posts, a window of the same kind
    wh           HASH  author -> horizon of that window
    r:<author>   LIST  the author's followers among this shard's people
    great        HASH  author who is great here -> the position since which they are
    g:<person>   LIST  the great authors whom that person follows, in the order in which it began
    o:<person>   LIST  everybody whom that person follows, in the order in which it began
    warmth       HASH  person -> 0 if their feed is cold, or else the position as of which it was
                       built again; a feed that never was cold has no field
    cold         HASH  author -> how many of their followers among this shard's people are cold

A window holds exactly the visible posts above its horizon: the highest number ever trimmed
off (0, and no field, if none was). A list may be longer than the window is: then the horizon is the
first entry that does not fit, with no field beside the list, and what is behind it is waste that
will be cut off with more of its kind. So a delivery to a full feed is one LPUSH and nothing else.
(Not in a generation from before this was so: readers of that version may still be there.)

The feed's window is without the posts of great authors whom the person follows: who reads the feed
merges in these authors' own windows (page.lua).

A cold feed has neither window nor horizon nor great followees, and its owner stands in no list of
followers: who reads it merges the windows of the owner and of everybody whom they follow. It
becomes warm as if its owner had followed all of them anew at that position (turn.lua).
"""

HOME_FEED = "home-feed"

FEEDS = "f:"
FEED_HORIZONS = "fh"
AUTHOR_WINDOWS = "w:"
AUTHOR_HORIZONS = "wh"
FOLLOWERS = "r:"
GREAT = "great"
GREAT_FOLLOWEES = "g:"
FOLLOWEES = "o:"
WARMTH = "warmth"
COLD_FOLLOWERS = "cold"

COUNT_OF_COLD = "cold"
"""In a checkpoint: so many feeds of the shard are cold. It is for people to see, and nothing rests
on it: a repair leaves it alone, and a rebuild counts anew."""

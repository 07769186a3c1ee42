"""The home feed's name and the keys of one shard (each behind the shard's tag).

    f:<person>   LIST  the feed's window: post numbers, newest first
    fh           HASH  person -> horizon of that feed
    w:<author>   LIST  the author's own newest posts, a window of the same kind
    wh           HASH  author -> horizon of that window
    r:<author>   LIST  the author's followers among this shard's people
    great        HASH  author who is great here -> the position since which they are
    g:<person>   LIST  the great authors whom that person follows, in the order in which it began

A window holds exactly the visible posts above its horizon: the highest number ever trimmed
off (0, and no field, if none was). A list may be longer than the window is: then the horizon is the
first entry that does not fit, with no field beside the list, and what is behind it is waste that
will be cut off with more of its kind. So a delivery to a full feed is one LPUSH and nothing else.
The feed's window is without the posts of great authors whom
the person follows: who reads the feed merges in these authors' own windows (page.lua).
"""

HOME_FEED = "home-feed"

FEEDS = "f:"
FEED_HORIZONS = "fh"
AUTHOR_WINDOWS = "w:"
AUTHOR_HORIZONS = "wh"
FOLLOWERS = "r:"
GREAT = "great"
GREAT_FOLLOWEES = "g:"

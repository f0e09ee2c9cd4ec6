"""Watched estimates: what there is to tell, above which threshold, and when it is looked at."""

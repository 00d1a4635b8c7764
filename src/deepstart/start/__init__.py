"""Question 2: how do I start? A path through the skills, and an environment that works."""

"""What the other services last told: editions, panels, speakers."""

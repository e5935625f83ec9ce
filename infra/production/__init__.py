"""The services apart: each with a web and a worker process of its own, on PostgreSQL and RabbitMQ, behind a proxy."""

# One image for every process of infra/production/processes.py: docker-compose.yml gives each its command.
FROM python:3.13-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx-light pgbouncer \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /moussem
COPY infra/production/requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY libs libs
COPY services services
COPY infra infra
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001

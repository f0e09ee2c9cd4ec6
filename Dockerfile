# One image for every mode (docs/deploy.md). Runs as nobody, or as any user of group 0, with a read-only root; it writes
# to /data alone.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY pricing pricing
COPY calculator calculator
COPY bot bot
COPY playground playground
# The answer leaves snapshots of the price files beside them (docs/decisions/0035), for starts on a read-only root.
# Bytecode that holds whatever the time stamps of a copied file say: nothing can be compiled again on a read-only root.
RUN /app/bin/pip install --no-cache-dir --no-compile --no-deps --no-build-isolation . \
    && /app/bin/pip uninstall --yes --quiet hatchling pathspec pluggy trove-classifiers pip \
    && /app/bin/python -m compileall -q --invalidation-mode unchecked-hash /app/lib \
    && /app/bin/ftcost on=all examples=1k example=500 calls=1k/day call=100/100 base=gpt-4.1-mini >/dev/null

FROM python:3.13-slim
# Chinese, Japanese and Korean names in drawn charts; 5 MB. fonts-noto-cjk looks better and takes 91 MB.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
RUN mkdir /data && chown 65534:0 /data && chmod 770 /data
ENV PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 HOME=/data TMPDIR=/data \
    FTCOST_HOST=0.0.0.0 FTCOST_PORT=8030 FTCOST_DATABASE_URL=sqlite:////data/ftcost.sqlite3
USER 65534:65534
WORKDIR /data
VOLUME /data
EXPOSE 8030
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/app/bin/python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"FTCOST_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["/app/bin/ftcost"]
CMD ["serve"]

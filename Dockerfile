# syntax=docker/dockerfile:1
# Builds for linux/amd64 and linux/arm64. Another registry's image: --build-arg BASE=…
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
WORKDIR /source
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && python -m venv /opt/skygge \
    && /opt/skygge/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .
RUN pip wheel --no-cache-dir --no-build-isolation --no-deps --wheel-dir /wheels . \
    && /opt/skygge/bin/pip install --no-cache-dir --no-deps /wheels/*.whl \
    && rm /opt/skygge/bin/pip*

FROM ${BASE}
# A volume takes over how the folder lies here: nobody else may look into it.
RUN useradd --system --uid 10001 --create-home --home-dir /data skygge && chmod 700 /data
COPY --from=build /opt/skygge /opt/skygge
ENV PATH=/opt/skygge/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SKYGGE_DATA=/data \
    SKYGGE_HOST=0.0.0.0
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8321
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/readyz', timeout=4)"]
CMD ["skygge", "serve"]

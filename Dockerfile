# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY web/package.json ./web/
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-bookworm-slim AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY web/package.json ./web/
RUN npm ci --ignore-scripts
COPY model ./model
COPY runtime ./runtime
COPY cli ./cli
COPY web ./web
RUN node cli/launch.mjs build

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json main.ts ./
COPY api ./api
COPY broker ./broker
COPY cases ./cases
COPY cli ./cli
COPY files ./files
COPY ingest ./ingest
COPY model ./model
COPY monitor ./monitor
COPY outbox ./outbox
COPY rules ./rules
COPY runtime ./runtime
COPY simulator ./simulator
COPY spool ./spool
COPY store ./store
COPY --from=console /app/web/dist ./web/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 1883 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "cli/launch.mjs", "start"]

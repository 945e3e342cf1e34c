# Builds everything, with a compiler for SQLite where no prebuilt binary fits.
FROM node:22-bookworm AS build
WORKDIR /concord
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/core/package.json packages/core/
COPY packages/adapters/package.json packages/adapters/
COPY packages/server/package.json packages/server/
COPY packages/server/console/package.json packages/server/console/
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile
COPY tsconfig*.json ./
COPY packages packages
COPY scripts/console.mjs scripts/
RUN npx tsc -b packages/server && node scripts/console.mjs \
 && npx --yes pnpm@12.21.0 --filter @concord/server deploy --prod --legacy /app

# Runs it: no compiler, no package manager's store, nobody's root.
FROM node:22-bookworm-slim
ENV NODE_ENV=production
COPY --from=build --chown=root:root /app /app
RUN install -d -o node -g node -m 0700 /var/lib/concord
USER node
WORKDIR /var/lib/concord
VOLUME /var/lib/concord
EXPOSE 8085
# Room for what is young: fewer and shorter pauses.
ENV NODE_OPTIONS=--max-semi-space-size=64
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8085/healthz').then((answer) => answer.json()).then(({ status }) => process.exit(status === 'failing' ? 1 : 0), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/concord.js"]
CMD ["run", "--config", "/etc/concord/concord.yaml"]

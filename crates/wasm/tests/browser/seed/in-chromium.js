// The module in a page: the package by an import map, the session's data by a module.
// Owns: the page. Must not know: what is said.
import { launch, listen } from '../lib/chromium.js';
import { serve } from '../lib/site.js';

const PAGE = `<!doctype html>
<html lang="en">
<title>A host</title>
<script type="importmap">
{ "imports": { "@genesys/cloud-web-messaging-client-sdk": "/client/src/index.js" } }
</script>
</html>`;

/** Opens a page with the module in it, and gives what drives it. */
export async function open(source, session, endpoint) {
  const site = await serve({
    '/': PAGE,
    '/web-messaging-client.js': source,
    '/mock-init.js': `export default ${JSON.stringify(session)};`,
  });
  const browser = await launch();
  const page = await browser.newPage();
  const { sent, errors, logged } = listen(page);
  await page.goto(site.url);
  await page.evaluate(async (url) => {
    const { setDefaultEndpoint } = await import('/client/src/index.js');
    setDefaultEndpoint(url);
    const { default: Session } = await import('/web-messaging-client.js');
    window.session = new Session();
  }, endpoint);
  return {
    sent,
    errors,
    logged,
    call: (method, ...given) => page.evaluate(([method, given]) => window.session[method](...given), [method, given]),
    /** Calls it that often without a pause, and waits for nothing that it gives. */
    burst: (method, times) => page.evaluate(([method, times]) => {
      for (let time = 0; time < times; time++) window.session[method]();
    }, [method, times]),
    /** Resolves once the host's own idle timer has said, for the `count`-th time, that typing stops. */
    stopped: (count) => page.waitForFunction((count) => window.stops >= count, count),
    watchStops: () => page.evaluate(() => {
      window.stops = 0;
      const { client } = window.session;
      const send = client.sendTypingIndicator.bind(client);
      client.sendTypingIndicator = async (indicator) => {
        try {
          return await send(indicator);
        } finally {
          if (indicator.type === 'stopTyping') window.stops++;
        }
      };
    }),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

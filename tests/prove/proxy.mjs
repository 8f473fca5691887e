// The bad network: a proxy between the clients and nginx. Each connection (one request) gets a fate of its own.

import net from 'node:net';

const CALM = [[1, 'pass']];
const USUAL = [[88, 'pass'], [2, 'cut request'], [2, 'cut answer'], [2, 'lose answer'], [2, 'twice'], [2, 'slow'], [2, 'late']];
const ROUGH = [[40, 'pass'], [12, 'cut request'], [14, 'cut answer'], [12, 'lose answer'], [10, 'twice'], [6, 'slow'], [6, 'late']];

export function startProxy(port, chance, record) {
  const proxy = { fates: USUAL, connections: new Set() };

  function serve(client) {
    const fate = chance.weighed(proxy.fates);
    const one = connect(client);
    if (fate !== 'pass') record.count(fate === 'slow' || fate === 'late' ? 'slow connections' : `network: ${fate}`);
    const request = [];
    let asked = 0;
    let told = 0;
    const limit = chance.between(1, 2000);
    const pause = fate === 'late' ? chance.between(100, 1500) : 0;

    client.on('data', (part) => {
      const rest = fate === 'cut request' ? part.subarray(0, Math.max(0, Math.min(limit / 4, 700) - asked)) : part;
      asked += part.length;
      if (fate === 'twice') request.push(part);
      const pass = () => {
        if (!one.destroyed && !one.write(rest)) client.pause();
        if (rest.length < part.length) { one.destroy(); client.destroy(); }
      };
      if (pause) setTimeout(pass, pause); else pass();
    });
    one.on('drain', () => client.resume());
    client.on('drain', () => one.resume());
    one.on('data', (part) => {
      if (told === 0 && fate === 'twice') again(Buffer.concat(request));
      told += part.length;
      if (fate === 'lose answer') { one.destroy(); client.destroy(); return; }
      const rest = fate === 'cut answer' ? part.subarray(0, Math.max(0, limit - (told - part.length))) : part;
      if (!client.write(rest)) one.pause();
      if (rest.length < part.length) { one.destroy(); client.destroySoon(); return; }
      if (fate === 'slow') {
        one.pause();
        setTimeout(() => one.resume(), 150);
      }
    });
    one.on('close', () => client.destroySoon());
    client.on('close', () => one.destroy());
  }

  function connect(client) {
    const one = net.connect(port, '127.0.0.1');
    proxy.connections.add(client);
    for (const socket of [client, one]) socket.on('error', () => {});
    client.on('close', () => proxy.connections.delete(client));
    return one;
  }

  // The same bytes once more, a little later; nobody hears the answer.
  function again(bytes) {
    const nonce = /[?&\n]nonce=([0-9a-f]+)/.exec(bytes.toString('latin1'))?.[1];
    if (nonce) record.doubled.add(nonce);
    setTimeout(() => {
      const one = net.connect(port, '127.0.0.1', () => one.write(bytes));
      one.on('error', () => {});
      one.resume();
      setTimeout(() => one.destroy(), 5000);
    }, chance.between(0, 300));
  }

  return new Promise((resolve) => {
    const server = net.createServer({ allowHalfOpen: false }, serve);
    server.listen(0, '127.0.0.1', 1024, () => resolve(Object.assign(proxy, {
      url: `http://127.0.0.1:${server.address().port}`,
      calm() { proxy.fates = CALM; },
      usual() { proxy.fates = USUAL; },
      rough() { proxy.fates = ROUGH; },
      cutAll() { for (const socket of proxy.connections) socket.destroy(); },
      close() { server.close(); this.cutAll(); },
    })));
  });
}

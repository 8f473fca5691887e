// One stream of /messages: hands every event to take() in the shape of the JSON answers, and resolves, with how
// many milliseconds it lived (Infinity when it was given up for a fresh look), when it is cut, overtaken (signal) or over.

export function listen(fields, take, end, signal) {
  const born = Date.now();
  const source = new EventSource(`/messages?${new URLSearchParams(fields)}`);
  return new Promise((done) => {
    const close = (lived) => {
      clearInterval(watch);
      source.close();
      done(lived);
    };
    const cut = () => close(Date.now() - born);
    let heard = Date.now();
    // The server says something every 20 s at the latest, but comments are not told to pages: after three minutes
    // without an event a fresh look costs little.
    const watch = setInterval(() => { if (Date.now() - heard > 180000) close(Infinity); }, 5000);

    const hear = (name) => source.addEventListener(name, (event) => {
      heard = Date.now();
      const data = JSON.parse(event.data);
      const body = Array.isArray(data) ? { [name]: data } : data;
      take({ ...body, cursor: event.lastEventId || body.cursor });
    });
    ['update', 'rooms', 'news', 'people', 'typing'].forEach(hear);
    source.addEventListener('end', (event) => {
      end(JSON.parse(event.data));
      cut();
    });
    source.addEventListener('error', cut); // the next step asks plainly first, and learns why
    signal.addEventListener('abort', cut);
  });
}

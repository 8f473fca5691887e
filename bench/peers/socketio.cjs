// A socket.io server as its own guide shows one: everybody who connects is in one room, and what is posted to /publish
// goes to all of it. Nothing is stored, nobody's rights are looked at. PORT says where.
'use strict';

const http = require('node:http');
const { Server } = require('socket.io');

const server = http.createServer((request, response) => {
  if (request.method !== 'POST' || request.url !== '/publish') {
    response.writeHead(404).end();
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    io.to('room').emit('message', Buffer.concat(parts).toString('utf8'));
    response.writeHead(200, { 'Content-Length': 0 }).end();
  });
});

const io = new Server(server);
io.on('connection', (socket) => socket.join('room'));
server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4096 });

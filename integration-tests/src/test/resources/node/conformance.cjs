// What a Node application sees of a server, step by step, as lines of JSON.
const { once } = require('events')
const { Readable } = require('stream')
const { pipeline } = require('stream/promises')
const { Client, Query } = require('pg')
const Cursor = require('pg-cursor')
const { from: copyFrom, to: copyTo } = require('pg-copy-streams')

const options = {
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  password: process.env.PGPASSWORD,
  database: process.env.PGDATABASE,
  ssl: false
}

const say = (step, seen) => console.log(JSON.stringify([step, seen]))

const shown = result => Array.isArray(result)
  ? result.map(shown)
  : {
      command: result.command,
      count: result.rowCount,
      fields: result.fields.map(field => [field.name, field.dataTypeID, field.dataTypeSize, field.format]),
      rows: result.rows
    }

const refused = error => ({ code: error.code, message: error.message, severity: error.severity, position: error.position })

async function run(client, ...query) {
  say(query[0].text || query[0], await client.query(...query).then(shown, refused))
}

async function simple(client) {
  await run(client, 'SELECT 1 AS one, NULL AS two, $$text$$ AS three, 1.5 AS four, true AS five')
  await run(client, 'SELECT 1 AS a; SELECT 2 AS b; UPDATE conformance SET name = name')
  await run(client, 'SELECT 1/0')
  await run(client, 'SELEC 1')
  await run(client, '')
  await run(client, 'SELECT generate_series(1, 500) AS i')
}

async function parameters(client) {
  for (let i = 0; i < 5; i++) {
    await run(client, 'SELECT $1::int + 1 AS sum, $2::text AS text', [i, i % 2 ? null : 'x'])
  }
  await run(client, 'SELECT $1::int', ['no number'])
  await run(client, 'SELECT $1::int', [])
  await run(client, 'SELECT $1::bytea AS bytes, $2::jsonb AS json, $3::int[] AS list', [Buffer.from('ab'), { a: 1 }, [1, 2]])
  await run(client, 'SELECT length($1::text) AS length', ['x'.repeat(1000000)])
}

async function named(client, other) {
  for (let i = 0; i < 5; i++) {
    await run(client, { name: 'twice', text: 'SELECT $1::int * 2 AS twice', values: [i] })
    await run(other, { name: 'twice', text: 'SELECT $1::text AS other', values: ['x' + i] })
    await run(client, { name: 'divided', text: 'SELECT 10 / $1::int AS divided', values: [i % 2] })
  }
  await run(client, { name: 'broken', text: 'SELEC 1' })
  await run(client, { name: 'broken', text: 'SELECT 1 AS whole' })
  await run(client, { name: 'array', text: 'SELECT 1 AS a, 2 AS b', rowMode: 'array' })
}

async function transactions(client, other) {
  await run(client, 'BEGIN')
  await run(client, 'INSERT INTO conformance VALUES ($1, $2)', [1, 'one'])
  await run(other, 'SELECT count(*)::int AS seen FROM conformance')
  await run(client, 'SAVEPOINT s')
  await run(client, 'INSERT INTO conformance VALUES ($1, $2)', [1, 'again'])
  await run(client, 'SELECT 1')
  await run(client, 'ROLLBACK TO s')
  await run(client, 'SELECT * FROM conformance')
  await run(client, 'COMMIT')
  await run(client, { name: 'deleting', text: 'DELETE FROM conformance RETURNING *' })
  await run(client, 'BEGIN')
  await run(client, 'SELECT 1/0')
  await run(client, 'COMMIT')
}

// Queries that are sent without waiting for one another.
async function together(client) {
  const results = await Promise.all(Array.from({ length: 30 }, (_, i) =>
    client.query('SELECT 12 / $1::int AS divided', [i % 4]).then(shown, refused)))
  say('together', results)
}

async function cursors(client) {
  await run(client, 'BEGIN')
  const cursor = client.query(new Cursor('SELECT generate_series(1, $1::int) AS i', [20]))
  for (const size of [3, 5, 100, 1]) {
    say('cursor ' + size, await cursor.read(size))
  }
  await cursor.close()
  await run(client, 'COMMIT')
  const left = client.query(new Cursor('SELECT generate_series(1, 20) AS i'))
  say('cursor outside of a transaction', await left.read(2))
  await left.close()
  await run(client, 'SELECT 1 AS behind')
  const failing = client.query(new Cursor('SELECT 1 / (3 - i) FROM generate_series(1, 5) i'))
  say('failing cursor', await failing.read(5).catch(refused))
  await run(client, 'SELECT 2 AS behind')
}

// Several statements in a query, and queries that stand in the client's queue, whatever becomes of those before them.
async function batches(client, other) {
  await run(client, "INSERT INTO conformance VALUES (1, 'a'); INSERT INTO conformance VALUES (2, 'b'); SELECT * FROM conformance")
  await run(client, "INSERT INTO conformance VALUES (3, 'c'); SELECT 1/0; INSERT INTO conformance VALUES (4, 'd')")
  await run(other, 'SELECT * FROM conformance')
  await run(client, "INSERT INTO conformance VALUES (3, 'c'); COMMIT; INSERT INTO conformance VALUES (4, 'd'); SELECT 1/0")
  await run(client, "BEGIN; INSERT INTO conformance VALUES (5, 'e'); SAVEPOINT s; DELETE FROM conformance; ROLLBACK TO s; COMMIT")
  await run(other, 'SELECT * FROM conformance ORDER BY id')
  await run(client, "BEGIN; SET LOCAL application_name = 'batch'; SHOW application_name; COMMIT; SHOW server_encoding")
  const queued = []
  for (let i = 0; i < 60; i++) {
    queued.push(client.query({ name: 'queued ' + i % 7, text: 'SELECT $1::int % 7 AS rest, ' + i % 7 + ' AS same', values: [i] }))
    queued.push(client.query('SELECT ' + i + ' AS first; SELECT 1 / ' + i % 5 + ' AS second'))
    queued.push(client.query(['BEGIN', 'UPDATE conformance SET name = name || 1', 'SELECT count(*)::int AS n FROM conformance', 'ROLLBACK'][i % 4]))
    queued.push(client.query('SELECT $1::text AS text', ['x'.repeat(i * 1000)]).then(result => ({ ...result, rows: result.rows[0].text.length })))
  }
  say('queued', await Promise.all(queued.map(answer => answer.then(shown, refused))))
  await run(other, 'SELECT * FROM conformance ORDER BY id')
}

async function copy(client, text, rows, failure) {
  const stream = client.query(copyFrom(text))
  function * chunks() {
    yield * rows
    if (failure) {
      throw new Error(failure)
    }
  }
  say(text, await pipeline(Readable.from(chunks()), stream).then(() => ({ rows: stream.rowCount }), refused))
}

async function copied(client, text) {
  const stream = client.query(copyTo(text))
  const chunks = []
  const end = await (async () => {
    for await (const chunk of stream) {
      chunks.push(chunk)
    }
    return { rows: stream.rowCount }
  })().catch(refused)
  const all = Buffer.concat(chunks).toString()
  say(text, [end, all.length, all.slice(0, 200)])
}

async function copies(client, other) {
  await copy(client, 'COPY conformance FROM STDIN', ['1\tone\n', '2\tt', 'wo\n3\t\\N\n'])
  await copied(client, 'COPY conformance TO STDOUT')
  await copied(client, 'COPY (SELECT * FROM conformance ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)')
  await copy(client, 'COPY conformance FROM STDIN WITH (FORMAT csv)', Array.from({ length: 20000 }, (_, i) => `${i + 10},${'name '.repeat(10)}\n`))
  await run(other, 'SELECT count(*)::int AS n, sum(length(name))::int AS length FROM conformance')
  await copied(other, 'COPY (SELECT * FROM conformance ORDER BY id) TO STDOUT')
  await copy(client, 'COPY conformance FROM STDIN', ['1\tagain\n'])
  await copy(client, 'COPY conformance FROM STDIN', ['no number\tx\n'])
  await copy(client, 'COPY conformance FROM STDIN', ['-1\tx\n', '-2\ty\n'], 'nothing more')
  await copy(client, 'COPY never_was_there FROM STDIN', ['1\tx\n'])
  await copied(client, 'COPY (SELECT 1 / (3 - i) FROM generate_series(1, 5) i) TO STDOUT')
  await run(client, 'SELECT count(*)::int AS n FROM conformance WHERE id < 10')
  await run(client, 'BEGIN')
  await run(client, 'DELETE FROM conformance')
  await copy(client, 'COPY conformance FROM STDIN', ['7\tseven\n'])
  await copied(client, 'COPY conformance TO STDOUT')
  await run(client, 'ROLLBACK')
  await run(other, 'SELECT count(*)::int AS n FROM conformance')
}

// As drivers do it: on a connection of its own, by what the server said at the start. Ends when the request has been taken.
async function cancel(client) {
  const connection = new Client(options).connection
  connection.connect(options.port, options.host)
  await once(connection, 'connect')
  connection.cancel(client.processID, client.secretKey)
  await once(connection, 'end')
}

async function cancelled(client, text, values) {
  const query = new Query(text, values)
  const over = new Promise(resolve => {
    query.on('error', error => resolve(refused(error)))
    query.on('end', () => resolve('came to its end'))
  })
  let seen
  over.then(result => { seen = result })
  client.query(query)
  while (!seen) {
    await cancel(client) // without effect before the query has begun
    await Promise.race([over, new Promise(resolve => setTimeout(resolve, 200))])
  }
  say(text, seen)
}

async function cancels(client, other) {
  await cancel(client)
  await run(client, 'SELECT 1 AS behind')
  await cancelled(client, 'SELECT pg_sleep(60)')
  await run(client, 'SELECT 2 AS behind')
  await cancelled(client, 'SELECT pg_sleep($1::int)', [60])
  await cancelled(client, 'SELECT 1 AS first; SELECT pg_sleep(60); SELECT 2 AS second')
  await run(client, 'BEGIN')
  await run(client, "INSERT INTO conformance VALUES (1, 'one')")
  await cancelled(client, 'SELECT pg_sleep(60)')
  await run(client, 'SELECT 3 AS refused')
  await run(client, 'COMMIT')
  await run(other, 'SELECT count(*)::int AS n FROM conformance')
  const sleeping = other.query('SELECT 4 AS undisturbed FROM pg_sleep(0.5)').then(shown, refused)
  await cancelled(client, 'SELECT pg_sleep(60)')
  say('undisturbed', await sleeping)
}

async function notices(client) {
  const heard = []
  const listener = notice => heard.push([notice.severity, notice.code, notice.message])
  client.on('notice', listener)
  await run(client, "DO $$ BEGIN RAISE NOTICE 'a notice'; END $$")
  await run(client, 'DROP TABLE IF EXISTS never_was_there')
  say('notices', heard)
  client.off('notice', listener)
}

async function notifications(client, other) {
  const heard = new Promise(resolve => client.once('notification', message => resolve([message.channel, message.payload])))
  await run(client, 'LISTEN conformance_node')
  await run(other, "NOTIFY conformance_node, 'hello'")
  say('notification', await heard)
  const own = new Promise(resolve => client.once('notification', message => resolve([message.payload, message.processId === client.processID])))
  await run(client, "NOTIFY conformance_node, 'own'")
  say('own notification', await own)
  await run(client, 'UNLISTEN *')
}

async function settings(client) {
  await run(client, "SET application_name = 'node'")
  await run(client, 'SHOW application_name')
  await run(client, "SET TIME ZONE 'Asia/Tokyo'")
  await run(client, "SELECT '2020-01-01 00:00:00Z'::timestamptz::text AS local")
  await run(client, 'RESET ALL')
  await run(client, 'SHOW TimeZone')
}

async function main() {
  for (const play of [simple, parameters, named, transactions, together, batches, cursors, copies, cancels, notices, notifications, settings]) {
    const clients = [new Client(options), new Client(options)]
    for (const client of clients) {
      await client.connect()
    }
    await play(...clients)
    for (const client of clients) {
      await client.end()
    }
  }
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})

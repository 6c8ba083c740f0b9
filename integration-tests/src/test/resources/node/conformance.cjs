// What a Node application sees of a server, step by step, as lines of JSON.
const { Client } = require('pg')
const Cursor = require('pg-cursor')

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
  for (const play of [simple, parameters, named, transactions, together, cursors, notices, notifications, settings]) {
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

import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { scopeOf } from '#api/guard.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { CommandView, showCommand } from '#api/schemas/command-view.ts'
import { answers, refTo, Uuid } from '#api/schemas/shared.ts'
import { COMMAND_STATES, type Command, type CommandState } from '#model/command.ts'
import { Rejected } from '#model/error.ts'
import { argumentFaults } from '#model/known-commands.ts'
import { seesDevice } from '#model/sees-device.ts'
import { isStorable } from '#model/storable.ts'
import { type DurationMs, seconds } from '#model/time.ts'
import { DeviceParams } from './device-routes.ts'

/** What these routes need of the commands. */
export interface Commands {
  queue(command: {
    readonly deviceId: string
    readonly name: string
    readonly args: Readonly<Record<string, unknown>>
    readonly expiresIn: DurationMs
  }): Promise<Command>
  get(id: string): Promise<Command>
  list(
    filter: PageRequest & { readonly deviceId: string; readonly state?: CommandState | undefined },
  ): Promise<Page<Command>>
}

/** Tells whoever holds the connections that something waits for a device. */
export type Deliver = (deviceId: string) => void

const tags = ['commands']

const DAY_S = 86_400

const NewCommand = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      description: 'What the device is to do.',
    }),
    args: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    expiresIn_s: Type.Integer({
      minimum: 1,
      maximum: 90 * DAY_S,
      default: DAY_S,
      description: 'How long it is worth doing; a sleeping device gets it when it wakes.',
    }),
  },
  { additionalProperties: false },
)

export function commandRoutes(
  app: App,
  findDevice: FindDevice,
  commands: Commands,
  deliver: Deliver,
): void {
  app.addSchema(CommandView)

  app.post('/api/v1/devices/:id/commands', {
    schema: {
      tags,
      operationId: 'sendCommand',
      summary: 'Queue a command for a device',
      description: `Any name goes to the device as it is. Of a command that Wanmi has a word for, such as
\`set-interval\`, what is said with it is checked first.`,
      params: DeviceParams,
      body: NewCommand,
      response: answers(202, refTo(CommandView)),
    },
    handler: async (request, reply) => {
      const { body } = request
      const { id, kind } = deviceInSight(findDevice, request, request.params.id)
      const { name, args = {} } = body
      if (!isStorable(args)) {
        const detail = 'args has a text that cannot be stored: a NUL or half a surrogate pair'
        throw new Rejected('invalid-input', detail)
      }
      checkArguments(kind, name, args)
      const expiresIn = seconds(body.expiresIn_s)
      const command = await commands.queue({ deviceId: id, name, args, expiresIn })
      deliver(id)
      void reply.code(202).header('location', `/api/v1/commands/${command.id}`)
      return showCommand(command)
    },
  })

  app.get('/api/v1/devices/:id/commands', {
    schema: {
      tags,
      operationId: 'listCommands',
      summary: 'List the commands of a device, the newest first',
      params: DeviceParams,
      querystring: Type.Object(
        { ...pageParameters, state: Type.Optional(Type.Enum([...COMMAND_STATES])) },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(CommandView))),
    },
    handler: async (request) => {
      const { id } = deviceInSight(findDevice, request, request.params.id)
      return showPage(await commands.list({ ...request.query, deviceId: id }), showCommand)
    },
  })

  app.get('/api/v1/commands/:id', {
    schema: {
      tags,
      operationId: 'getCommand',
      summary: 'Show a command and what became of it',
      params: Type.Object({ id: Uuid }),
      response: answers(200, refTo(CommandView)),
    },
    handler: async (request) => {
      const { id } = request.params
      const command = await commands.get(id)
      if (!seesDevice(scopeOf(request), findDevice(command.deviceId))) throw noSuchCommand(id)
      return showCommand(command)
    },
  })
}

/** @throws Rejected `invalid-input` with a fault for each argument that does not fit */
function checkArguments(
  kind: string,
  command: string,
  args: Readonly<Record<string, unknown>>,
): void {
  const faults = argumentFaults(kind, command, args)
  if (faults.length === 0) return
  const errors = faults.map(({ name, why, param }) => ({
    pointer: `#/args/${name}`,
    detail:
      param === null
        ? `${command} has no argument ${name}`
        : `${name} is ${why}: ${param.type} from ${param.min} to ${param.max}`,
  }))
  throw new Rejected('invalid-input', errors.map(({ detail }) => detail).join('; '), {
    detail: { errors },
  })
}

/** In the words of the store, so that what is beyond sight cannot be told from what is not. */
const noSuchCommand = (id: string): Rejected =>
  new Rejected('not-found', `there is no command ${id}`)

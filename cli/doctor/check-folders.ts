import { access, constants, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import { type Finding, type Findings, fault, ok, warning } from './finding.ts'
import { sizeText } from './sizes.ts'

const MIB = 1_024 ** 2
/** A disk fuller than this is said so before it is too late. */
const LEAST_FREE_SHARE = 0.1

interface Folder {
  readonly setting: string
  readonly path: string
}

/** Whether folders can be written to and have room, and whether files that are named are there. */
export async function checkFolders(config: Config): Promise<Findings> {
  const { store, attachments, city, spool } = config
  const folders: Folder[] = [{ setting: 'DATA_DIR', path: store.dataDir }]
  if (attachments.dir !== null && attachments.s3Endpoint === null) {
    folders.push({ setting: 'ATTACHMENTS_DIR', path: attachments.dir })
  }
  if (spool.dir !== null && spool.maxBytes > 0) {
    folders.push({ setting: 'SPOOL_DIR', path: spool.dir })
  }
  const named = [
    { setting: 'RULES_DIR', path: city.rulesDir },
    { setting: 'SCHEDULES_FILE', path: city.schedulesFile },
  ].filter((each): each is Folder => each.path !== null)
  return [
    ...(await Promise.all(folders.map((folder) => checkFolder(folder, store.minFreeMb)))).flat(),
    ...(await Promise.all(named.map(checkReadable))),
  ]
}

async function checkFolder(folder: Folder, minFreeMb: number): Promise<Findings> {
  const { setting, path: asked } = folder
  const existing = await nearest(path.resolve(asked))
  try {
    if (!(await stat(existing)).isDirectory()) {
      return [
        fault(
          setting,
          `${asked} is a file and should be a folder.`,
          `${asked} 是文件，应为文件夹。`,
        ),
      ]
    }
    await access(existing, constants.W_OK | constants.X_OK)
  } catch (error) {
    return [
      fault(
        setting,
        `${asked} cannot be written to: ${messageOf(error)}. Give the user who runs Wanmi the right to.`,
        `无法写入 ${asked}：${messageOf(error)}。请授予运行 Wanmi 的用户写权限。`,
      ),
    ]
  }
  return [
    ok(setting, `${asked} can be written to.`, `${asked} 可写。`),
    await checkRoom(setting, existing, minFreeMb),
  ]
}

/** How much room is left on the disk of a folder. */
export async function checkRoom(
  about: string,
  folder: string,
  minFreeMb: number,
): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const [free, all] = [bavail * bsize, blocks * bsize]
  const [freeText, allText] = [sizeText(free), sizeText(all)]
  if (free < minFreeMb * MIB) {
    return fault(
      about,
      `The disk of ${folder} has ${freeText} free and MIN_FREE_DISK_MB asks for ${minFreeMb} MiB: Wanmi does not start. Make room.`,
      `${folder} 所在磁盘剩余 ${freeText}，低于 MIN_FREE_DISK_MB 要求的 ${minFreeMb} MiB，Wanmi 无法启动。请腾出空间。`,
    )
  }
  if (free < all * LEAST_FREE_SHARE) {
    return warning(
      about,
      `The disk of ${folder} is almost full: ${freeText} of ${allText} are free.`,
      `${folder} 所在磁盘即将写满：共 ${allText}，剩余 ${freeText}。`,
    )
  }
  return ok(
    about,
    `The disk of ${folder} has ${freeText} of ${allText} free.`,
    `${folder} 所在磁盘共 ${allText}，剩余 ${freeText}。`,
  )
}

async function checkReadable({ setting, path: file }: Folder): Promise<Finding> {
  try {
    await access(file, constants.R_OK)
    return ok(setting, `${file} can be read.`, `${file} 可读。`)
  } catch (error) {
    return fault(
      setting,
      `${file} cannot be read: ${messageOf(error)}.`,
      `无法读取 ${file}：${messageOf(error)}。`,
    )
  }
}

/** The folder itself, or the first above it that is there: in it the others would be made. */
async function nearest(folder: string): Promise<string> {
  try {
    await stat(folder)
    return folder
  } catch (error) {
    const above = path.dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) return folder
    return await nearest(above)
  }
}

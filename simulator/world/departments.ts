/** Who looks after a part: 主管, 权属, 养护. */
export interface Departments {
  readonly supervising: string
  readonly owning: string
  readonly maintaining: string
}

const CITY_MANAGEMENT = '运城市城市管理局'
const HOUSING = '运城市住房和城乡建设局'

const served = (supervising: string, owning: string, maintaining: string): Departments => ({
  supervising,
  owning,
  maintaining,
})

// By class of part. The bodies are of the usual form; which of them answers for what is made up.
const BY_CLASS: Readonly<Record<string, Departments>> = {
  '0101': served(HOUSING, '运城市供水有限公司', '运城市供水有限公司管网维护部'),
  '0102': served(CITY_MANAGEMENT, '运城市排水管理中心', '运城市排水管理中心污水养护队'),
  '0103': served(CITY_MANAGEMENT, '运城市排水管理中心', '运城市排水管理中心雨水养护队'),
  '0106': served(CITY_MANAGEMENT, '运城市城市照明服务中心', '运城市城市照明服务中心维修队'),
  '0110': served(HOUSING, '运城市热力有限公司', '运城市热力有限公司管网运行部'),
  '0111': served(HOUSING, '运城市燃气有限公司', '运城市燃气有限公司抢修中心'),
  '0193': served(HOUSING, '运城市供水有限公司', '运城市供水有限公司调度中心'),
}

/** Bins are emptied by the subdistrict in which they stand. */
export const departmentsOf = (classDigits: string, subdistrict: string): Departments =>
  BY_CLASS[classDigits] ??
  served(CITY_MANAGEMENT, '盐湖区环境卫生服务中心', `${subdistrict}办事处环境卫生管理所`)

const AREA = /^[0-9]{6}([0-9]{3}){0,3}$/

/** Whether a text is the code of a district, street, community or unit grid. */
export const isArea = (text: string): boolean => AREA.test(text)

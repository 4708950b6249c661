import { writeFileSync } from 'node:fs'
import { compatibilityPage, pageFile } from './page.ts'

writeFileSync(pageFile, compatibilityPage())

import Commands
import Foundation

exit(await Program.main())

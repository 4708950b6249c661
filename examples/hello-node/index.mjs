export const handler = async (event, context) => {
  console.log('handling', JSON.stringify(event))
  return { statusCode: 200, body: `hello ${event.name ?? 'world'} from ${context.functionName}` }
}

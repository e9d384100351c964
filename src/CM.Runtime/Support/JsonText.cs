using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary>JSON as text in which arrows and dots stay what they are.</summary>
internal static class JsonText
{
    /// <summary>One line, without its end.</summary>
    public static string Line(JsonNode node) => Encoding.UTF8.GetString(Bytes(node, indented: false));

    /// <summary>UTF-8.</summary>
    public static byte[] Bytes(JsonNode node, bool indented)
    {
        using var bytes = new MemoryStream();
        var options = new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(bytes, options))
            node.WriteTo(writer);
        return bytes.ToArray();
    }
}

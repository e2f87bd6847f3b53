package dev.photocredits.peer;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The client, with the region, the keys and the endpoint that the environment names. */
public class DynamoDb {
  @Produces
  @ApplicationScoped
  DynamoDbClient client() {
    return DynamoDbClient.builder().httpClient(UrlConnectionHttpClient.create()).build();
  }
}
